"""Every promise, fault, threat and trap, with the tests and campaigns that cover it, or why none can."""

import re
from pathlib import Path
from typing import NamedTuple


class Cover(NamedTuple):
    """What is at stake, and what covers it: names of tests as ``file::test``, of campaigns as they are."""

    what: str
    tests: tuple[str, ...] = ()
    reason: str = ""


def _killed() -> str:
    """Return how many mutants the tests killed, as the page about them tells."""
    page = Path(__file__).resolve().parents[2] / "benchmarks" / "mutation.md"
    found = re.search(r"\*\*(\d+ of \d+) killed", page.read_text(encoding="utf-8"))
    assert found, f"{page}: tells no number of mutants"
    return found[1]


SECTIONS = {
    "R": "The contract",
    "F": "Faults",
    "B": "Threats from pages",
    "E": "Threats to the endpoint",
    "H": "Threats to the pages of the site",
    "X": "Threats in exports",
    "C": "Traps of building a graph",
}
COVERAGE: dict[str, Cover] = {
    "R1": Cover(
        "every fact proved, or no build",
        (
            "test_incremental.py::test_what_is_not_proved_is_not_published",
            "test_evidence.py::test_it_shares_no_code_with_the_builder",
            "test_evidence.py::test_what_proves_is_read_at_a_glance",
            "seeded-errors",
        ),
        "Sixty lines compare; two modules beside them, of 40 and 20 lines, read N-Quads and numbers for them alone",
    ),
    "R2": Cover(
        "same pages, same bytes", ("any-world", "other-pythons", "test_determinism.py::test_two_builds_into_one_folder")
    ),
    "R3": Cover(
        "never half a graph", ("read-meanwhile", "killed-anywhere", "killed-at-a-step", "full-disk", "damaged-state")
    ),
    "R4": Cover(
        "a bad page harms no other",
        (
            "test_executing.py::test_a_page_that_does_harm_is_left_out_alone",
            "mutants",
            "bombs",
            "test_bad_input.py::test_an_unreadable_page_costs_one_clear_line",
        ),
    ),
    "R5": Cover(
        "no query stops the service",
        (
            "test_hostile_queries.py::test_a_hostile_query_hurts_nobody_else",
            "spoiled-queries",
            "crowd",
            "test_questions.py::test_every_way_to_ask_is_charged_to_the_client",
        ),
    ),
    "R6": Cover(
        "no connection, no foreign file",
        ("offline", "test_reliability.py::test_connections_and_foreign_files_are_noticed"),
        "Every test is watched",
    ),
    "F1": Cover("SIGKILL at a random moment", ("killed-anywhere",)),
    "F2": Cover("SIGKILL at each step", ("killed-at-a-step",)),
    "F3": Cover("readers while builds are published and killed", ("read-meanwhile",)),
    "F4": Cover("disk full", ("full-disk", "exports-on-a-bad-disk")),
    "F5": Cover("failed, short and interrupted writes, failed fsync", ("broken-disk",)),
    "F6": Cover("damaged state", ("damaged-state", "test_store.py::test_damaged_folder_is_refused_with_advice")),
    "F7": Cover(
        "leftovers, locks, read-only and foreign folders, a second builder",
        ("in-the-way", "test_pipeline.py::test_a_folder_of_something_else_is_never_replaced"),
    ),
    "F8": Cover("hostile pages", ("mutants", "bombs")),
    "F9": Cover(
        "hostile queries",
        (
            "spoiled-queries",
            "test_hostile_queries.py::test_a_hostile_query_hurts_nobody_else",
            "test_queries.py::test_rdflib_gives_the_same_rows_in_the_same_order",
        ),
        "Whether an answer is right, the saved questions tell, which two engines answer alike; spoiled queries have no right answer to compare with",
    ),
    "F10": Cover(
        "workers killed, broken, stopped, out of memory",
        (
            "test_executing.py::test_a_process_killed_from_outside_loses_nothing",
            "struck-workers",
            "test_endpoint.py::test_no_worker_outlives_the_server",
        ),
    ),
    "F11": Cover(
        "clocks and time zones",
        ("any-world",),
        "The clock is set within the process: the program asks none, and ages of files are set, too",
    ),
    "F12": Cover("locales and encodings", ("any-world",)),
    "F13": Cover("hash seeds, processes, orders, caches", ("any-world",)),
    "F14": Cover("no network", ("offline",)),
    "F15": Cover(
        "lowest and newest libraries",
        (
            "other-pythons",
            "test_supply.py::test_reading_works_with_the_oldest_and_the_newest_versions_allowed",
        ),
    ),
    "F16": Cover(
        "mutants of the program itself", (), f"{_killed()} killed, the survivors listed: benchmarks/mutation.md"
    ),
    "F17": Cover("wrong facts seeded", ("seeded-errors",), "Below, who catches what"),
    "F18": Cover(
        "a crowd that stays",
        ("crowd",),
        "A client has 6 s of queries a minute, a query 2 s; `--size SECONDS` sets the time. In the half hour that the line "
        "tells of, one good request was refused with 503; that one in a thousand may be was made the rule after it",
    ),
    "B1": Cover(
        "addresses and files named in pages and queries",
        ("offline", "test_hostile_queries.py::test_no_query_makes_the_server_visit_an_address"),
        "RDF of others is never parsed: pages are text, HTML, PDF, Word and JSON lines",
    ),
    "B2": Cover("XML that grows or reads files", ("bombs",)),
    "B3": Cover(
        "regular expressions that backtrack",
        ("patterns", "test_reader.py::test_time_grows_with_the_length_of_a_page_of_short_lines"),
        "Sentences are cut at 3,000 characters, so that a page takes time in proportion even where a pattern does not",
    ),
    "B4": Cover(
        "nesting, long lines, broken encodings, control characters",
        ("bombs", "mutants", "test_bad_input.py::test_an_odd_page_is_read_and_what_is_odd_is_told"),
    ),
    "B5": Cover(
        "archives",
        ("bombs",),
        "Archives of pages are not accepted but for JSON lines packed by gzip; nothing is unpacked to disk",
    ),
    "B6": Cover(
        "hidden and poisoned text",
        (
            "test_threats.py::test_what_a_page_hides_is_no_figure",
            "test_threats.py::test_a_page_gives_no_orders",
            "test_threats.py::test_signs_that_do_not_show_change_no_number",
            "test_llm.py::test_a_page_cannot_talk_the_gate_over",
        ),
        "What only a style sheet hides is read like any text: its figures show the sentence they come from",
    ),
    "B7": Cover(
        "letters that look alike, many spellings",
        (
            "test_linker.py::test_every_spelling_of_every_district_leads_to_one_identity",
            "test_gazetteer.py::test_names_that_look_alike_stay_apart",
            "mutants",
        ),
    ),
    "B8": Cover(
        "invalid addresses as names",
        (
            "test_identifiers.py::test_every_name_is_a_valid_iri_of_ours",
            "test_identifiers.py::test_what_is_no_address_is_none",
        ),
    ),
    "B9": Cover(
        "blank nodes that poison canonicalisation",
        ("test_determinism.py::test_no_node_is_nameless_and_no_statement_without_graph",),
    ),
    "B10": Cover(
        "one article many times",
        (
            "test_corroboration.py::test_ten_thousand_copies_are_one_text_in_linear_time",
            "test_sources.py::test_reading_many_records_takes_time_in_proportion",
            "test_comparable.py::test_two_pages_that_agree_count_once",
        ),
    ),
    "B11": Cover(
        "control characters in exports",
        ("test_exporter.py::test_odd_characters_survive", "test_exporter.py::test_what_xml_cannot_hold_is_refused"),
    ),
    "E1": Cover(
        "stack overflow in parser or planner",
        ("test_hostile_queries.py::test_without_the_guard_a_hostile_query_still_hurts_nobody_else",),
    ),
    "E2": Cover(
        "slow queries",
        (
            "test_endpoint.py::test_a_query_over_a_limit_is_stopped_and_the_next_one_is_answered",
            "test_hostile_queries.py::test_a_hostile_query_hurts_nobody_else",
        ),
    ),
    "E3": Cover(
        "memory",
        ("test_endpoint.py::test_a_query_over_a_limit_is_stopped_and_the_next_one_is_answered", "struck-workers"),
    ),
    "E4": Cover("huge answers", ("test_endpoint.py::test_an_answer_has_all_its_rows_or_there_is_none",)),
    "E5": Cover(
        "SERVICE, LOAD, FROM, also hidden",
        (
            "test_hostile_queries.py::test_no_query_makes_the_server_visit_an_address",
            "test_endpoint.py::test_a_query_is_accepted_whatever_its_texts_and_names_say",
        ),
    ),
    "E6": Cover("updates", ("test_endpoint.py::test_no_update_reaches_the_store",)),
    "E7": Cover(
        "deviations from the protocol",
        ("test_endpoint.py::test_the_protocol", "test_endpoint.py::test_the_cases_of_the_w3c"),
    ),
    "E8": Cover(
        "many small queries",
        (
            "test_endpoint.py::test_a_thousand_small_queries_of_one_client_are_no_matter_of_another",
            "test_endpoint.py::test_many_small_queries_add_up",
            "test_endpoint.py::test_a_client_over_its_share_is_told_when_to_come_back",
        ),
    ),
    "E9": Cover(
        "SPARQL in parameters",
        (
            "test_queries.py::test_text_stays_text_whatever_it_holds",
            "test_questions.py::test_what_is_typed_never_becomes_part_of_the_query",
        ),
    ),
    "E10": Cover(
        "caches, CORS, negotiation",
        (
            "test_pages.py::test_every_answer_has_the_headers_of_security",
            "test_endpoint.py::test_a_client_may_call_from_any_page",
        ),
    ),
    "E11": Cover(
        "cold start in threads",
        ("test_endpoint.py::test_queries_from_many_threads_get_their_own_answers",),
        "The engine that breaks so is not used by the server",
    ),
    "E12": Cover(
        "requests that are none, clients that say nothing",
        (
            "test_threats.py::test_an_odd_request_is_refused_and_the_next_one_answered",
            "test_threats.py::test_clients_that_say_nothing_keep_nobody_waiting",
        ),
    ),
    "H1": Cover(
        "markup in what pages say",
        (
            "test_site_security.py::test_no_element_or_attribute_comes_from_a_page",
            "test_questions.py::test_markup_in_labels_and_titles_stays_text",
            "test_reviewer.py::test_a_hostile_page_is_only_shown",
        ),
    ),
    "H2": Cover(
        "addresses that are programs",
        (
            "test_site_security.py::test_addresses_lead_to_the_site_or_to_the_web",
            "test_notebook.py::test_only_addresses_of_the_web_are_links",
        ),
    ),
    "H3": Cover("the end of a script inside JSON-LD", ("test_release.py::test_it_can_be_put_into_a_page",)),
    "H4": Cover(
        "markup in drawings",
        ("test_drawing.py::test_labels_of_strangers_stay_text", "test_drawing.py::test_an_address_stays_an_attribute"),
    ),
    "H5": Cover(
        "markup in errors",
        ("test_questions.py::test_markup_in_an_address_stays_text", "test_pages.py::test_what_is_asked_for_is_escaped"),
    ),
    "X1": Cover(
        "formulas in tables",
        (
            "test_tables.py::test_no_line_of_a_spreadsheet_cell_begins_a_formula",
            "test_questions.py::test_a_download_is_safe_in_a_spreadsheet",
        ),
    ),
    "X2": Cover(
        "file names from pages",
        ("test_pages.py::test_names_of_files_are_safe", "test_sources.py::test_a_record_cannot_name_a_place_outside"),
    ),
    "X3": Cover(
        "exports that break off", ("exports-on-a-bad-disk", "test_exporter.py::test_failed_export_leaves_the_old_file")
    ),
    "X4": Cover("personal data", ("test_threats.py::test_personal_data_are_neither_extracted_nor_quoted",)),
    "C1": Cover(
        "a fact without support",
        (
            "test_incremental.py::test_what_is_not_proved_is_not_published",
            "test_evidence.py::test_a_spoiled_figure_is_seen",
        ),
    ),
    "C2": Cover(
        "what was missed taken for what is not",
        (
            "test_evaluator.py::test_missed_and_wrong_figures_are_listed",
            "test_evaluator.py::test_a_skipped_figure_is_not_judged_and_a_trap_is_counted",
        ),
        "Recall is told with precision in benchmarks/accuracy.md",
    ),
    "C3": Cover(
        "offsets of evidence",
        (
            "test_reader.py::test_offsets_are_those_of_the_decoded_text",
            "test_text.py::test_folded_spans_lead_back",
            "test_evidence.py::test_shifted_offsets_are_seen",
        ),
    ),
    "C4": Cover(
        "two decimal marks",
        ("test_quantities.py::test_a_number_is_read", "test_extractor.py::test_any_rate_comes_out_as_printed"),
    ),
    "C5": Cover(
        "numbers that are no figures",
        (
            "test_quantities.py::test_numbers_that_measure_nothing_are_no_figures",
            "test_extractor.py::test_trap_states_no_figure_behind_one_either",
        ),
    ),
    "C6": Cover(
        "rates, ratios, counts",
        (
            "test_shapes.py::test_invalid",
            "test_validator.py::test_parts_are_counts_and_rates_are_percentages_of_two_counts",
        ),
    ),
    "C7": Cover(
        "rounded or cut off",
        ("test_validator.py::test_every_check_fires", "test_confidence.py::test_arithmetic_that_agrees"),
    ),
    "C8": Cover("bounds", ("test_quantities.py::test_bounds_are_kept",)),
    "C9": Cover(
        "kinds of period",
        ("test_periods.py::test_a_period_is_read", "test_queries.py::test_answer_is_the_recorded_one"),
    ),
    "C10": Cover(
        "times without a date of the page",
        (
            "test_threats.py::test_the_date_of_a_licence_is_not_that_of_the_page",
            "test_periods.py::test_without_a_period_none_is_made_up",
        ),
    ),
    "C11": Cover(
        "places of one name",
        (
            "test_linker.py::test_a_homonym_is_told_by_any_one_clue",
            "test_gazetteer.py::test_a_page_that_does_not_say_which_is_about_none",
        ),
    ),
    "C12": Cover(
        "units change",
        (
            "test_register.py::test_tra_linh_was_divided",
            "test_units.py::test_where_a_territory_lies_later",
            "test_queries.py::test_unit_at_date_follows_mergers_only_once_they_have_happened",
        ),
    ),
    "C13": Cover("levels", ("test_extractor.py::test_sentence_states_its_figures",), "tests/sentences/levels.tsv"),
    "C14": Cover(
        "organisations, and units without a name",
        (
            "test_linker.py::test_bodies_are_organisations_of_a_unit_and_no_units",
            "test_linker.py::test_the_one_district_of_a_province_that_a_page_calls_the_district",
        ),
    ),
    "C15": Cover(
        "one article on two portals",
        (
            "test_corroboration.py::test_one_article_on_two_portals_is_one_fact_with_two_figures_and_one_source",
            "test_comparable.py::test_two_pages_that_agree_count_once",
        ),
    ),
    "C16": Cover(
        "said again inside a page", ("test_cube.py::test_a_figure_that_a_page_repeats_is_one_point_of_the_cube",)
    ),
    "C17": Cover(
        "pages that contradict each other",
        (
            "test_corroboration.py::test_a_contradiction_is_listed_once_however_often_an_article_is_copied",
            "test_validator.py::test_every_check_fires",
            "test_comparable.py::test_pages_that_contradict_each_other_are_not_added",
        ),
    ),
    "C18": Cover(
        "plans, quoted law, negation",
        (
            "test_extractor.py::test_sentence_states_its_figures",
            "test_extractor.py::test_figures_of_the_year_that_a_plan_is_made_for_are_targets",
        ),
        "tests/sentences/targets-and-status.tsv",
    ),
    "C19": Cover("page furniture", ("test_reader.py::test_furniture_never_yields_figures",)),
    "C20": Cover(
        "what a literal is",
        (
            "test_writer.py::test_decimals_are_canonical",
            "test_writer.py::test_two_parsers_read_the_same",
            "test_writer.py::test_a_store_keeps_decimals_as_written",
        ),
    ),
    "C21": Cover(
        "names that move",
        (
            "test_identifiers.py::test_names_stay_as_they_are",
            "test_identifiers.py::test_what_is_known_about_a_figure_does_not_rename_it",
        ),
    ),
    "C22": Cover(
        "checks that pass on nothing",
        (
            "test_shapes.py::test_every_promise_is_seen_broken",
            "test_shapes.py::test_every_shape_is_seen_kept",
            "test_store.py::test_store_without_a_statement_is_refused",
        ),
    ),
    "C23": Cover(
        "questions that silently answer nothing",
        ("test_artefacts.py::test_project_holds", "test_queries.py::test_question_runs_as_it_stands"),
    ),
    "C24": Cover(
        "orders, floats, doubles",
        (
            "test_queries.py::test_rdflib_gives_the_same_rows_in_the_same_order",
            "test_tables.py::test_same_graph_same_bytes_in_any_order_under_any_hash_seed",
        ),
    ),
    "C25": Cover(
        "averages of rates", ("test_comparable.py::test_a_rate_follows_from_its_counts_and_never_from_other_rates",)
    ),
    "C26": Cover(
        "the same pages for rules and for scores",
        ("test_confidence.py::test_one_command_calibrates",),
        "Only confidence is learned; benchmarks/reading keeps pages apart that no rule was written for",
    ),
}
