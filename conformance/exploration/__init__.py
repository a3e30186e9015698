"""Stories of random actions, played against a target and judged step by step by the model."""
