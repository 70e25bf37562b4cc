"""Pictures that scripts/measure_pictures makes: disguises of digits, rows, blank pages, others."""
