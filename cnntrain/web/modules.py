"""The page's JavaScript, in modules that stay modules though they are all in one file.

A module in a page has no address that `import` could name. So the page carries each as text, and a
few lines of script make an import map, which gives every module's text a name: the path of its file
in this folder, such as "engine/network.js".
"""

from pathlib import Path

FOLDER = Path(__file__).parent

IMPORT_MAP = """\
<script>
  const imports = {};
  for (const module of document.querySelectorAll("script[data-module]")) {
    const name = module.dataset.module;
    const text = `${module.textContent}\\n//# sourceURL=${name}\\n`;
    imports[name] = `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`;
  }
  const map = document.createElement("script");
  map.type = "importmap";
  map.textContent = JSON.stringify({ imports });
  document.currentScript.after(map);
</script>
"""


def modules() -> str:
    """Return the HTML with which all modules can be imported by the scripts of type module below."""
    files = sorted(FOLDER.rglob("*.js"))
    return "".join(map(_module, files)) + IMPORT_MAP


def _module(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if "</script" in text or "<!--" in text:
        raise ValueError(f"{path}: found the end of a script, or a comment of HTML, in a script")
    name = path.relative_to(FOLDER).as_posix()
    return f'<script type="text/plain" data-module="{name}">\n{text}</script>\n'
