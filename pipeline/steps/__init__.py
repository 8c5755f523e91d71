"""What a DAG task and a CLI verb both call: typed arguments in, a StepReport out."""
