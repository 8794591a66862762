"""The words of the product: texts by their English, and the catalogues that translate them.

Everybody may enter; it imports nothing of ours.

Public names, by file:

    texts: fold_text, Language, LANGUAGES, Text
"""
