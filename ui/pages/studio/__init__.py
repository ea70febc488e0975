"""The Studio's pages: what an application is made of, changed in a draft and published."""
