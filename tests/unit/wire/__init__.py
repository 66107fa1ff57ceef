"""The wire, held against botocore's own serializers and parsers."""
