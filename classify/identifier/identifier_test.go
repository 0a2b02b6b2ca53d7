package identifier_test

import (
	"testing"

	"github.com/purlieu/purlieu/classify/classifytest"
	"github.com/purlieu/purlieu/classify/identifier"
)

func TestTheFamilyKeepsTheLawsOfRules(t *testing.T) { classifytest.Run(t, identifier.Rules(), ".") }
