from inventory_midplatform.adapters.standalone.cli import main

main()
