"""Mutation test: broken model files must be refused or run; see CONTRIBUTING.md."""
