"""As much of settings as it takes to read templates: no database, no secrets."""

USE_I18N = True
