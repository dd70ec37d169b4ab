"""The Help page: a tour, the glossary, the keys, how to cite."""
