"""The pages of the web application, one file each; `navigation` is the script that runs first."""
