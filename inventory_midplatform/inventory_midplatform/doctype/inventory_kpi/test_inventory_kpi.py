from inventory_midplatform.tests.of_doctypes import LINKED, tests_of

test_ignore = LINKED
load_tests = tests_of("TestKpi")
