"""What the suite sends: valid bundles in every shape that the contract allows, and malformed ones by defect.

::

    spelling     how a bundle is spelled as JSON text: order, whitespace, escapes
    bundles      valid bundles: the record, each peculiarity by name, and a strategy
    spoiling     the records Defect and Malformed, and the steps that spoil a bundle
    families/    the named defects, a module for each family
    defects      the catalogue of all named defects, and `spoil`
    malformed    a strategy for malformed bundles of a family
"""
