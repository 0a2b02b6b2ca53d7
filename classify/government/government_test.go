package government_test

import (
	"testing"

	"github.com/purlieu/purlieu/classify/classifytest"
	"github.com/purlieu/purlieu/classify/government"
)

func TestTheFamilyKeepsTheLawsOfRules(t *testing.T) { classifytest.Run(t, government.Rules(), ".") }
