"""Tests of the lab that ships."""
