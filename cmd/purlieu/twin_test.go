package main

import "testing"

func TestASourceThatIsRegisteredTwiceIsSaidToBe(t *testing.T) {
	s := administrator(t)
	s.run(0, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=10.0.0.1", "--authority", "shop")
	s.never("Note:")
	s.run(0, "source", "add", "PostgreSql", "store", "--set", "serverEndpoint=10.0.0.1", "--set", "port=5433", "--authority", "store")
	s.never("Note:")
	s.run(0, "source", "add", "PostgreSql", "again", "--set", "serverEndpoint=10.0.0.1", "--set", "port=5432", "--authority", "again")
	s.shows("The source again is registered", "Note: The source shop is reached at the same address", "delete this one")
	s.never("source store")
	s.run(0, "source", "show", "shop")
	s.shows("Note: The source again is reached at the same address")
	s.run(0, "source", "delete", "again")
	s.run(0, "source", "show", "shop")
	s.never("Note:")
}
