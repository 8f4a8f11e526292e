"""What moderators do on Discord: a file for each subcommand of /mod."""
