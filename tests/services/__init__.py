"""Real servers for the tests: installed by `make services`, started by each session for itself."""
