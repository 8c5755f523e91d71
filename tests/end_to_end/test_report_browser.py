"""The report in Chromium: it fits a telephone, it can be read in light and in dark, print opens what is folded."""

import json
import re
import shutil
import subprocess

import pytest

from pipeline.report.page import html_page
from pipeline.vocabulary.comparators import comparators
from tests.reportfacts import DESIGNATED, all_endpoints, facts

CHROMIUM = shutil.which("chromium", path="/usr/bin")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--allow-file-access-from-files", "--virtual-time-budget=5000", "--window-size=1400,1200"),
)
LIGHT, DARK = "--blink-settings=preferredColorScheme=1", "--blink-settings=preferredColorScheme=0"
LEAST_CONTRAST = 4.5
ROWS_OF_ENDPOINT = 2 * len(comparators())
PROBE = """<!DOCTYPE html><iframe src="page.html" style="width:WIDTHpx;height:900px;border:0"></iframe><pre></pre><script>
const parsed = text => text.match(/[0-9.]+/g).map(Number);
const part = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
const light = colour => 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2]);
onload = () => {
  const page = document.querySelector("iframe").contentDocument, view = page.defaultView, found = {};
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = parsed(view.getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of page.querySelectorAll("body *:not(svg *)")) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const inks = [light(parsed(view.getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (inks[0] + 0.05) / (inks[1] + 0.05);
    const name = element.tagName + "." + element.className + " in " + element.parentElement.className;
    found[name] = Math.min(found[name] ?? 99, contrast);
  }
  for (const element of page.querySelectorAll("svg text")) {
    const inks = [light(parsed(view.getComputedStyle(element).fill)), light(behind(element))].sort((a, b) => b - a);
    found["svg text"] = Math.min(found["svg text"] ?? 99, (inks[0] + 0.05) / (inks[1] + 0.05));
  }
  document.querySelector("pre").textContent = JSON.stringify({
    contrast: found, width: page.documentElement.scrollWidth, window: view.innerWidth,
    background: view.getComputedStyle(page.body).backgroundColor,
  });
};
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no /usr/bin/chromium: install Chromium to look at the page"),
]


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory):
    """A page with every colour of the map, notes of every kind and a long drug name."""
    rows = all_endpoints()
    for place, row in enumerate(rows):
        row["eb05"] = row["ror_low"] = (0.5, 1.5, 3.0, 5.0, 9.0)[place // ROWS_OF_ENDPOINT % 5]
        row["is_assessable"] = place // ROWS_OF_ENDPOINT != 7
    long = DESIGNATED | {"drugs_as_reported": "X" * 300}
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.html").write_text(html_page(facts(endpoint_signal=rows, designated_case=[long])), encoding="utf-8")
    return folder


def chromium(folder, tmp_path, *arguments):
    words = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=True, cwd=folder).stdout


def seen(folder, tmp_path, width, scheme):
    """What the probe finds in the page at that width and in that colour scheme."""
    probe = folder / "probe.html"
    probe.write_text(PROBE.replace("WIDTH", str(width)), encoding="utf-8")
    dumped = chromium(folder, tmp_path, scheme, "--dump-dom", probe.as_uri())
    return json.loads(re.search(r"<pre>(.*?)</pre>", dumped, re.DOTALL)[1].replace("&gt;", ">"))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(page_folder, tmp_path, width):
    found = seen(page_folder, tmp_path, width, LIGHT)
    assert found["window"] == width
    assert found["width"] <= width


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(page_folder, tmp_path, scheme):
    found = seen(page_folder, tmp_path, 1280, scheme)["contrast"]
    assert {name for name in found if ".est" in name}
    assert {name: value for name, value in found.items() if value < LEAST_CONTRAST} == {}


def test_dark_is_dark_and_light_is_light(page_folder, tmp_path):
    light, dark = (seen(page_folder, tmp_path, 1280, scheme)["background"] for scheme in (LIGHT, DARK))
    assert min(map(int, re.findall(r"\d+", light))) > 200
    assert max(map(int, re.findall(r"\d+", dark))) < 60


def test_it_prints(page_folder, tmp_path):
    page = (page_folder / "page.html").as_uri()
    chromium(page_folder, tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", page)
    printed = (tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 3
