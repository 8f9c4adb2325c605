"""Write the pages that a run leaves for people: each one file, with nothing to fetch, readable on a phone and in print.

A page is a template beside the code that fills it. It extends `base.html.jinja` and may import from `parts.html.jinja`.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


def write(path: Path, template: Path, **context: object) -> None:
    """Fill a template and write the page. Whatever the context holds is shown as text, never taken for HTML.

    Raises `jinja2.UndefinedError` for a name that the context lacks; nothing is written then.
    """
    environment = Environment(
        loader=FileSystemLoader([template.parent, HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(template.name).render(**context)
    path.write_text(page, encoding="utf-8")
