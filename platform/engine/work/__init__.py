"""Due work: schedules and jobs as rows, the tick that plans them, the processes that do them."""
