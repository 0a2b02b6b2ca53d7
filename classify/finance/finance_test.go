package finance_test

import (
	"testing"

	"github.com/purlieu/purlieu/classify/classifytest"
	"github.com/purlieu/purlieu/classify/finance"
)

func TestTheFamilyKeepsTheLawsOfRules(t *testing.T) { classifytest.Run(t, finance.Rules(), ".") }
