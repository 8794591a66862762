"""The values everyone speaks: texts, columns, tables, settings, playbooks, pipelines and plans."""
