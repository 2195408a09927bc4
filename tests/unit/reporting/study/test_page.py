"""The page is one file that loads nothing, and says the same whenever it is made."""

import re
from dataclasses import replace

import pandas as pd
from docutils.core import publish_parts

from mlplab.reporting.study.assemble import (
    answers_as_text,
    describe_question,
    make_study,
    render_study,
)
from mlplab.reporting.study.charts.parts import nice_ticks
from mlplab.reporting.study.content import Tables
from mlplab.reporting.study.contrast import contrast, lighten
from mlplab.reporting.study.inks import ink_styles
from mlplab.reporting.study.run import Run
from tests.unit.reporting.study.conftest import STYLES

MOST_BYTES = 6_000_000


def test_the_page_is_small_and_loads_nothing(page):
    assert len(page.encode()) < MOST_BYTES
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"""\b(?:src|href|srcset|action)=["'](?!#)[^"']*""", markup) == []
    assert not re.search(r"@import|url\(", markup)
    assert "<link" not in markup


def test_the_page_has_every_answer_figure_and_table(study, page):
    plain = page.replace("\N{NO-BREAK SPACE}", " ")
    for section in study.sections:
        assert f'<section id="{section.id}"' in page
        assert section.content.answer in plain.replace("&#39;", "'")
        for figure in section.content.figures:
            assert f'data-chart="{figure.id}"' in page
        for table in section.content.tables:
            assert page.count(f'id="{table.id}"') == 1


def test_claims_about_another_data_set_have_no_strip(study):
    verdicts = {"not applicable": "another data set", "not testable here": "needs a GPU"}
    counts = [replace(study.score[0], verdict=v, meaning=m) for v, m in verdicts.items()]
    page = render_study(replace(study, score=counts))
    assert 'class="strip"' not in page
    assert "not applicable</strong>: another data set" in page


def test_ids_are_unique_and_every_link_leads_somewhere(page):
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]*)"', markup)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', markup)) <= set(ids)


def test_a_figure_stands_there_without_scripts(study, page):
    figures = [f for s in study.sections for f in s.content.figures]
    assert len(figures) >= 9
    for figure in figures:
        inside = page.split(f'data-chart="{figure.id}"', 1)[1].split("</div>", 1)[0]
        assert "<svg viewBox=" in inside
        assert inside.count("<path") > 5


def test_the_page_made_again_is_the_same(folder, page):
    assert render_study(make_study(folder, STYLES)) == page


def test_the_strip_has_a_cell_for_every_claim_that_counts(study, page):
    assert len(study.strip) == 12
    assert sum(count.number for count in study.score) == 12
    for cell in study.strip:
        assert f'href="#{cell.target}"' in page
        assert contrast(cell.text[1:], cell.colour[1:]) >= 4.5
    # Each verdict has a symbol beside its colour.
    assert len({count.symbol for count in study.score if count.symbol != "–"}) == 6


def test_a_section_links_to_the_claims_that_rest_on_its_tables(study):
    claims = {section.id: [row for _, row in section.claims] for section in study.sections}
    assert "claim-A-claim-0" in claims["keras-speed"]
    assert "claim-B-claim-1" in claims["optimisations"]
    assert claims["clusters"] == []


def test_the_first_screen_introduces_the_articles_and_explains_each_verdict(study, page):
    top = page.split("<nav", 1)[0]
    for words in ("Article A", "Article B", "Article C", "Part III", "“both optimisations”"):
        assert words in top
    assert all(count.meaning for count in study.score)
    assert "inconclusive</strong>: the interval crosses an end of the tolerance" in top


def test_the_first_screen_names_machine_and_commit(page):
    top = page.split("<nav", 1)[0]
    for words in ("Chip (R) *, 2 processors", "24 GiB", ">0123456789ab", "2026-01-01 10:00"):
        assert words in top
    assert top.count('class="card"') == 3


def test_the_page_says_how_to_cite_the_workflow_and_the_articles(page):
    foot = page.split("<footer>", 1)[1].split("</footer>", 1)[0]
    assert "Licence: MIT" in foot
    assert [foot.count(f"Article {article}") for article in "ABC"] == [1, 1, 1]


def test_answers_become_a_page_of_the_report_that_has_every_word(study):
    text = answers_as_text(study)
    settings = {"halt_level": 2}
    html = publish_parts(text, writer="html", settings_overrides=settings)["html_body"]
    for section in study.sections:
        assert section.question.replace("'", "&#x27;") in html or section.question in html
    assert "8.60 times sooner" in html
    assert "Chip (R) *, 2 processors" in html


def test_colours_stand_out_from_the_dark_page():
    for variant in STYLES.values():
        colour = variant["color"].lstrip("#").lower()
        assert contrast(lighten(colour), "14181d") >= 3.0
    assert contrast("000000", "ffffff") == 21.0


def test_the_style_names_every_colour_of_the_charts(page):
    named = set(re.findall(r"var\(--ink-([0-9a-f]{6})", page))
    assert named
    for colour in named:
        assert page.count(f"--ink-{colour}:") >= 2


def test_a_page_without_charts_needs_no_colours():
    assert "--ink" not in ink_styles("")


def test_ticks_enclose_what_is_drawn():
    assert nice_ticks(0.3, 4.0) == [0.2, 0.5, 1, 2, 5]
    assert nice_ticks(1.0, 1.0) == [0.5, 1, 2]


def test_images_that_are_not_those_of_mnist_are_described():
    history = pd.DataFrame({"input_space": ["pixels", "pca-5"], "n_features": [144, 5]})
    tables = Tables({"training_history": history, "confusion": pd.DataFrame({"label": range(4)})})
    told = describe_question(Run("mine", tables, {"dataset": "mine.npz"}, (), STYLES))
    assert "Each of its images has 144 pixels, and there are 4 classes; the network" in told
    assert "Each of" not in describe_question(Run("empty", Tables({}), {}, (), STYLES))
