"""The pictures of the README: how the demo's report begins, and some charts of it, light and dark.

    python tests/picture.py FOLDER-OF-A-DEMO

They lie in tests/pictures. Chromium comes from NEXTGEAR_CHROMIUM or the path.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, ViewportSize, sync_playwright

from pipeline import flow

PICTURES = Path(__file__).parent / "pictures"
MOST_BYTES = 300_000
SIZE_PX = ViewportSize(width=1120, height=1000)

# From where to where the picture of the charts goes.
FROM, UNTIL = "#efficiency_trend figure:last-of-type", ".smalls figure:nth-of-type(6)"


def main() -> None:
    """Write both pictures from the report on the demo in the folder named."""
    home = flow.Home(Path(sys.argv[1]))
    program = os.environ.get("NEXTGEAR_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("no Chromium on the path; NEXTGEAR_CHROMIUM=program says where it is")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        page_file = Path(scratch) / "report.html"
        page_file.write_text(flow.report(home, "me", format="html"), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name in ("report.png", "report-dark.png"):
            page = browser.new_page(viewport=SIZE_PX, color_scheme="dark" if "dark" in name else "light")
            page.goto(page_file.as_uri())
            page.screenshot(path=PICTURES / name)
            page.evaluate("document.querySelector('nav').style.visibility = 'hidden'")  # beside the charts
            first, last = (page.locator(place).last.bounding_box() for place in (FROM, UNTIL))
            assert first and last
            page.set_viewport_size({"width": SIZE_PX["width"], "height": 6000})
            clip = FloatRect(
                x=first["x"] - 16,
                y=first["y"] - 16,
                width=first["width"] + 32,
                height=last["y"] + last["height"] - first["y"] + 32,
            )
            page.screenshot(path=PICTURES / name.replace("report", "charts"), clip=clip, full_page=True)
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size:,} bytes")
        if picture.stat().st_size > MOST_BYTES:
            sys.exit(f"larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
