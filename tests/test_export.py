import re
import subprocess
import sys
import unicodedata

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from styleaug.engine import Picture, Stats
from styleaug.export import ANIMATIONS, MissingProgram, file_name, side_by_side, strip, write_animation
from styleaug.panels import Panel, hang
from styleaug.request import Request
from styleaug.sheet import sheet, theta_label

# --- Names ----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "\u202egnp.exe",
    "../../etc",
    "..\\..\\windows",
    "C:\\a|b?*",
    "CON",
    "nul.tar",
    "COM\u00b9",
    "...",
    ".hidden",
    "-rf",
    "a" * 300,
    "👩‍🎨" * 60,
    "a\x00b\nc\x7f",
    "\ud800",
    "",
    " ",
    "／／",
    "\ufe0f",
]


def hostile(test):
    for text in HOSTILE:
        test = example(text)(test)
    return given(st.text(max_size=120))(test)


@hostile
def test_a_name_is_safe_on_every_system(title):
    name = file_name(title, ".png")
    stem = name.removesuffix(".png")
    assert name != stem and 1 <= len(stem) <= 80 and len(name.encode()) <= 200
    assert not re.search(r'[<>:"/\\|?*$`{}()\s]', name)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    assert not any(
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI") for sign in name
    )
    assert not re.match(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\.", name, re.IGNORECASE)
    assert stem[0] not in ".-" and stem[-1] not in ". -"
    assert any(unicodedata.category(sign)[0] in "LNS" for sign in stem)


@hostile
def test_a_file_of_that_name_can_be_made(tmp_path_factory, title):
    folder = tmp_path_factory.mktemp("names")
    name = file_name(title, ".webp")
    (folder / name).write_bytes(b"")
    assert [path.name for path in folder.iterdir()] == [name]


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=20))
def test_letters_and_digits_of_any_script_are_kept(title):
    assert file_name(f"see {title}", ".gif") == unicodedata.normalize("NFC", f"see-{title}.gif")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("temple hidden in the jungle, Monet style", "temple-hidden-in-the-jungle,-Monet-style.png"),
        ("a cat weaken 0.3", "a-cat-weaken-0.3.png"),
        ("a dog → a cat", "a-dog-a-cat.png"),
        ("${alert(1)}", "alert-1.png"),
        ("../../etc", "etc.png"),
        ("قطة في الثلج \u202eلا", "قطة-في-الثلج-لا.png"),
        ("a cat 🐈‍⬛ 👩🏽‍🎨", "a-cat-🐈‍⬛-👩🏽‍🎨.png"),
        ("CON", "picture-CON.png"),
        ("Concert", "Concert.png"),
        ("…", "picture.png"),
    ],
)
def test_a_name_still_says_what_was_typed(title, name):
    assert file_name(title, ".png") == name


# --- Labelled pictures ----------------------------------------------------------------------------------------------

FIELDS = {"prompt": "a cat", "style": "van Gogh", "mode": "weaken", "seed": 7}
SIZE = (64, 48)


def picture(request, shade=0):
    image = Image.new("RGB", SIZE, (200, shade, round(100 + 50 * request.theta)))
    return Picture(request, image, seconds=0.0, stats=Stats(), model="tiny", unknown_words=())


def row(panel, thetas, shade=0):
    return [picture(panel.request.with_theta(theta), shade) for theta in thetas]


def same(one, other):
    return one.size == other.size and np.array_equal(np.asarray(one), np.asarray(other))


def test_a_strip_has_its_thetas_in_order_and_says_what_it_shows():
    panels = hang(FIELDS).panels
    pictures = row(panels[0], (1.0, 0.0, 0.25))
    expected = sheet(
        [[pictures[1].image, pictures[2].image, pictures[0].image]],
        column_labels=[theta_label(theta) for theta in (0.0, 0.25, 1.0)],
        caption="a cat + van Gogh, weaken, seed 7",
    )
    assert same(strip(panels, [pictures]), expected)


def test_an_interpolation_says_from_what_to_what():
    panels = hang(FIELDS | {"mode": "interpolate"}).panels
    pictures = row(panels[0], (0.0,))
    expected = sheet([[pictures[0].image]], column_labels=["θ = 0"], caption="a cat to van Gogh, interpolate, seed 7")
    assert same(strip(panels, [pictures]), expected)


@pytest.mark.parametrize(
    ("fields", "caption"),
    [({"style": "van Gogh; ukiyo-e"}, "a cat, weaken, seed 7"), ({"mode": "all"}, "a cat + van Gogh, seed 7")],
)
def test_a_row_for_each_panel_under_its_name(fields, caption):
    panels = hang(FIELDS | fields).panels
    pictures = [row(panel, (0.0, 1.0), shade) for shade, panel in enumerate(panels)]
    expected = sheet(
        [[each.image for each in line] for line in pictures],
        row_labels=[panel.name for panel in panels],
        column_labels=["θ = 0", "θ = 1"],
        caption=caption,
    )
    assert same(strip(panels, pictures), expected)


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (3, 2), (4, 2), (5, 3), (9, 3)])
def test_panels_are_taken_away_as_they_hang(count, columns):
    panels = hang(FIELDS | {"style": ";".join(f"style {number}" for number in range(count))}).panels
    pictures = [row(panel, (0.5,), shade)[0] for shade, panel in enumerate(panels)]
    white = Image.new("RGB", SIZE, "white")
    named = [(panel.name, picture.image) for panel, picture in zip(panels, pictures, strict=True)]
    named += [("", white)] * (-count % columns)
    whole = side_by_side(panels, pictures)
    top = 0
    for start in range(0, len(named), columns):
        last = start + columns >= len(named)
        expected = sheet(
            [[image for _, image in named[start : start + columns]]],
            column_labels=[name for name, _ in named[start : start + columns]],
            caption="a cat, weaken, seed 7" if last else "",
        )
        assert same(whole.crop((0, top, whole.width, top + expected.height)), expected)
        top += expected.height
    assert top == whole.height


def test_a_theta_that_a_panel_lacks_stays_white():
    panels = hang(FIELDS | {"style": "van Gogh; ukiyo-e"}).panels
    pictures = [row(panels[0], (0.0, 1.0)), row(panels[1], (0.5,), 9)]
    white = Image.new("RGB", SIZE, "white")
    expected = sheet(
        [[pictures[0][0].image, white, pictures[0][1].image], [white, pictures[1][0].image, white]],
        row_labels=["van Gogh", "ukiyo-e"],
        column_labels=["θ = 0", "θ = 0.5", "θ = 1"],
        caption="a cat, weaken, seed 7",
    )
    assert same(strip(panels, pictures), expected)


def test_a_panel_alone_is_its_picture():
    panels = hang(FIELDS).panels
    [alone] = row(panels[0], (0.5,))
    assert same(side_by_side(panels, [alone]), alone.image)


def test_side_by_side_has_one_size_at_every_theta():
    panels = hang(FIELDS | {"style": "van Gogh; ukiyo-e"}).panels
    assert len({side_by_side(panels, [row(panel, (theta,))[0] for panel in panels]).size for theta in (0, 0.1, 1)}) == 1


@pytest.mark.parametrize("counts", [(), (2,), (2, 2, 2), (0, 0)])
def test_panels_without_their_pictures_are_refused(counts):
    panels = hang(FIELDS | {"style": "van Gogh; ukiyo-e"}).panels
    with pytest.raises(ValueError):
        strip(panels, [row(panels[0], (0.0, 1.0)[:count]) for count in counts])


def test_hostile_prompts_are_labels_like_any_other():
    for text in HOSTILE:
        if text.strip() and text != "\ud800":
            panel = Panel("", Request(prompt=text, style="<b>🐈‍⬛</b>"))
            assert strip([panel], [row(panel, (0.0, 1.0))]).height > SIZE[1]


# --- Animations -----------------------------------------------------------------------------------------------------

GROUND = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)


def frames(count, size=SIZE):
    """A coloured square walks over a ground that stands still."""
    images = []
    for index in range(count):
        image = Image.fromarray(GROUND).resize(size)
        image.paste((250, 40 * (index % 6), 20), (6 * index, 20, 6 * index + 16, 36))
        images.append(image)
    return images


def read(path):
    """Each frame as RGB, its milliseconds, and how often it loops (0 is for ever)."""
    with Image.open(path) as image:
        shown, durations = [], []
        for index in range(image.n_frames):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGB")).astype(int))
            durations.append(image.info["duration"])
        return shown, durations, image.info["loop"]


def read_mp4(path):
    """Each frame as RGB, what ffmpeg says of the file, and its seconds."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    told = done.stderr.decode()
    width, height = map(int, re.search(r"Video: h264.* (\d+)x(\d+)", told).groups())
    minutes, seconds = re.search(r"Duration: 00:(\d+):([\d.]+)", told).groups()
    shown = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3).astype(int)
    return list(shown), told, 60 * int(minutes) + float(seconds)


def expect_frames(shown, expected, tolerance):
    assert len(shown) == len(expected)
    for mine, theirs in zip(shown, expected, strict=True):
        assert np.abs(mine - np.asarray(theirs)).mean() < tolerance


@pytest.mark.parametrize("kind", ["webp", "gif"])
@pytest.mark.parametrize("size", [SIZE, (63, 47)])
def test_an_animation_goes_there_and_back_for_ever(tmp_path, kind, size):
    a, b, c, d = frames(4, size)
    write_animation([a, b, c, d], tmp_path / f"a.{kind}", kind)
    shown, durations, loop = read(tmp_path / f"a.{kind}")
    expect_frames(shown, [a, b, c, d, c, b], 12)
    assert (durations, loop) == ([120] * 6, 0)


def test_a_video_goes_there_and_back_three_times_and_ends_where_it_began(tmp_path):
    a, b, c, d = frames(4)
    write_animation([a, b, c, d], tmp_path / "a.mp4", "mp4")
    shown, told, seconds = read_mp4(tmp_path / "a.mp4")
    expect_frames(shown, [a, b, c, d, c, b] * 3 + [a], 12)
    assert seconds == pytest.approx(19 * 0.12, abs=0.02)
    assert "yuv420p(tv, bt709" in told and "64x48" in told


@pytest.mark.parametrize("size", [(63, 47), (64, 47), (1, 1)])
def test_a_video_of_odd_size_grows_by_a_pixel(tmp_path, size):
    write_animation(frames(2, size), tmp_path / "a.mp4", "mp4")
    shown, _, _ = read_mp4(tmp_path / "a.mp4")
    assert {frame.shape for frame in shown} == {(size[1] + size[1] % 2, size[0] + size[0] % 2, 3)}


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 200, 0), (20, 20, 250), (255, 255, 255), (0, 0, 0), (120, 90, 40)])
def test_a_videos_colours_are_the_pictures(tmp_path, colour):
    write_animation([Image.new("RGB", SIZE, colour)] * 2, tmp_path / "a.mp4", "mp4")
    shown, _, _ = read_mp4(tmp_path / "a.mp4")
    assert np.abs(shown[0] - colour).max() <= 6


def test_what_stands_still_in_a_gif_does_not_flicker(tmp_path):
    rng = np.random.default_rng(1)
    ground = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    images = []
    for index in range(4):
        image = Image.fromarray(ground)
        image.paste((index * 80, 255 - index * 80, 128), (0, 0, 64, 24))
        images.append(image)
    write_animation(images, tmp_path / "a.gif", "gif")
    shown, _, _ = read(tmp_path / "a.gif")
    assert all(np.array_equal(frame[24:], shown[0][24:]) for frame in shown)
    assert not np.array_equal(shown[0][:24], shown[1][:24])


@pytest.mark.parametrize("kind", ["webp", "gif"])
@pytest.mark.parametrize(("seconds", "milliseconds"), [(0.04, 40), (0.5, 500), (2, 2000)])
def test_each_frame_stays_as_long_as_asked(tmp_path, kind, seconds, milliseconds):
    write_animation(frames(2), tmp_path / "a", kind, seconds_per_frame=seconds)
    assert read(tmp_path / "a")[1] == [milliseconds] * 2


def test_a_video_is_as_fast_as_asked(tmp_path):
    write_animation(frames(2), tmp_path / "a.mp4", "mp4", seconds_per_frame=0.5)
    assert read_mp4(tmp_path / "a.mp4")[2] == pytest.approx(7 * 0.5, abs=0.05)


@pytest.mark.parametrize("kind", ANIMATIONS)
def test_one_frame_is_an_animation_too(tmp_path, kind):
    write_animation(frames(1), tmp_path / "a", kind)
    if kind == "mp4":
        assert len(read_mp4(tmp_path / "a")[0]) == 4
    else:
        with Image.open(tmp_path / "a") as image:
            assert (image.size, image.format) == (SIZE, kind.upper())


@pytest.mark.parametrize("kind", ANIMATIONS)
@pytest.mark.parametrize("name", ["-y.mp4", "100%d:a b.webp", "'quoted'.gif", "🐈‍⬛"])
def test_a_file_of_any_name_is_written_whole_and_nothing_beside_it(tmp_path, monkeypatch, kind, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path.__class__(name)
    path.write_bytes(b"old")
    write_animation(frames(2), path, kind)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert path.stat().st_size > 100


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_frames_of_any_mode(tmp_path, mode):
    write_animation([frame.convert(mode) for frame in frames(2)], tmp_path / "a.webp", "webp")
    assert len(read(tmp_path / "a.webp")[0]) == 2


@pytest.mark.parametrize(
    ("images", "kind", "options", "said"),
    [
        ([], "webp", {}, "one size"),
        ([*frames(1), *frames(1, (32, 32))], "gif", {}, "one size"),
        (frames(2), "exe", {}, "must be one of webp, gif, mp4"),
        (frames(2), "webp", {"seconds_per_frame": 0}, "seconds_per_frame"),
        (frames(2), "mp4", {"seconds_per_frame": float("nan")}, "seconds_per_frame"),
    ],
)
def test_what_makes_no_animation_is_refused(tmp_path, images, kind, options, said):
    with pytest.raises(ValueError, match=said):
        write_animation(images, tmp_path / "a", kind, **options)
    assert not list(tmp_path.iterdir())


def no_ffmpeg():
    raise RuntimeError("No ffmpeg exe could be found.")


@pytest.mark.parametrize("missing", ["package", "program"])
def test_the_missing_program_is_named_and_the_old_file_stays(tmp_path, monkeypatch, missing):
    if missing == "package":
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    else:
        monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", no_ffmpeg)
    (tmp_path / "a.mp4").write_bytes(b"old")
    with pytest.raises(MissingProgram, match="pip install imageio-ffmpeg"):
        write_animation(frames(2), tmp_path / "a.mp4", "mp4")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
    for kind in ("webp", "gif"):
        write_animation(frames(2), tmp_path / f"a.{kind}", kind)


@pytest.mark.parametrize("kind", ANIMATIONS)
def test_a_folder_that_is_not_there_is_an_os_error(tmp_path, kind):
    with pytest.raises(OSError):
        write_animation(frames(2), tmp_path / "nowhere" / "a", kind)


def test_ffmpeg_is_looked_for_only_when_it_is_needed():
    code = "import sys, styleaug.export; print('imageio_ffmpeg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
