"""The worker process, in the order of a run: consumer, executor, outcomes, completer, notifier."""
