"""Texts by their English wording, and the catalogues that translate them.

A language is a file, such as zh.po; another language needs no code. Every package may import this one, which imports
none of ours.

Public names, by file:

    catalogues: read_catalogue_head, SOURCE_LANGUAGE
    language_traits: LANGUAGE_SWITCH_LABEL, language_traits, match_language
    text_widths: cut_to_width, screen_width, wrap_to_width
    texts: as_text, COMMA_SEPARATOR, fold_text, GivenText, join_sentences, LABEL_AND_VALUE, Language, LANGUAGES,
        literal_text, SEMICOLON_SEPARATOR, Sentence, Text, TextList, TWO_SENTENCES
"""
