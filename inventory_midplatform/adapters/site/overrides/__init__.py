"""Extensions of ERPNext's documents, one module for each DocType, named by hooks.py."""
