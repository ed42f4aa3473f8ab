// Which picture stands on the easel: one from the list, or a file of yours.
const PIECE = 2e6; // bytes; a message of more than 10 MB costs the connection to the kernel

export function listPictures({ model, page: { pictures } }) {
  pictures.replaceChildren(...model.get("names").map((name) => new Option(name, name)));
  pictures.value = model.get("picture");
}

export function listenForPictures(view) {
  const { root, pictures, file } = view.page;
  pictures.addEventListener("change", () => choosePicture(view, pictures.value));
  file.addEventListener("change", async () => {
    await upload(view, file.files[0]);
    file.value = ""; // so that the same file can be opened again
  });
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    upload(view, event.dataTransfer.files[0]);
  });
}

function choosePicture(view, name) {
  const { model, page } = view;
  if (name === model.get("picture")) return;
  view.waiting = true; // no stroke until the picture has come
  page.note.textContent = "";
  model.set("picture", name);
  model.save_changes();
}

async function upload({ model, page: { note } }, file) {
  if (!file) return;
  const most = model.get("most_bytes"), key = String(Math.random());
  if (file.size > most) {
    note.textContent = `${file.name} has ${Math.round(file.size / 1e6)} MB, and at most ` +
      `${Math.round(most / 1e6)} MB are taken: make it smaller first.`;
    return;
  }
  note.textContent = `Opening ${file.name} …`;
  try {
    for (let start = 0; start === 0 || start < file.size; start += PIECE) {
      const bytes = await file.slice(start, start + PIECE).arrayBuffer();
      const last = start + PIECE >= file.size;
      model.send({ kind: "upload", key, name: file.name, bytes: file.size, last }, undefined, [bytes]);
    }
  } catch {
    note.textContent = `${file.name} cannot be read: is it a folder?`;
  }
}
