"""The reference half of the documentation: its names made into links, and its pages made from the code.

`docs/conf.py` loads `linking`, `generating` and `proving` as extensions of Sphinx. `names` knows what is public.
"""
