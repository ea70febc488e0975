"""What a person sees: pages, fragments, assets, locale, the Studio and the command line."""
