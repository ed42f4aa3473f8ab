"""JupyterHub that hands a course out: everybody logs in, and opens the lessons by one link.

    pip install jupyterhub nbgitpuller, and npm install --global configurable-http-proxy
    jupyterhub --config docs/grading/jupyterhub_config.py

The link to give to students, with the address of a git repository that holds your release/ folder:

    https://HUB/hub/user-redirect/git-pull?repo=REPOSITORY&branch=main&urlpath=lab/tree/FOLDER

nbgitpuller copies what is new into each student's own folder, and never overwrites what a student
has written. Each student's server runs the Python that runs the hub: install learnkit into it.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  JupyterHub defines it

# Who may log in. This one takes any name with one password, and is for trying the hub alone: in a
# university put its own in place of it, such as ltiauthenticator, oauthenticator or PAM.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ.get("LEARNKIT_HUB_PASSWORD", "")
c.Authenticator.allow_all = True

# Where a student's server runs. This one starts it as the same user, in a folder of its own: for
# trying, too. For a class take SystemdSpawner, DockerSpawner or KubeSpawner.
homes = Path(os.environ.get("LEARNKIT_HUB_HOMES", "hub-homes")).absolute()
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(homes / "{username}")
c.Spawner.default_url = "/lab"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"] if getattr(os, "getuid", lambda: 1)() == 0 else []
c.Spawner.mem_limit = "3G"  # what the heaviest lesson takes; not every spawner can hold it

c.JupyterHub.bind_url = os.environ.get("LEARNKIT_HUB_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.cookie_secret_file = str(homes.parent / "jupyterhub_cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{homes.parent / 'jupyterhub.sqlite'}"
