"""Expected: what each setting must be, in words for whoever set it to something else."""

from engine.switch import Switch

EXPECTED = {
    "host": "an address or a name of this machine, like 127.0.0.1",
    "port": "a whole number from 0 to 65535",
    "open_page": "true or false",
    "data_dir": "a folder",
    "database_url": "a database's address: postgresql://… or sqlite:///…",
    "models": "a list of models with commas between",
    "painter": "thread, process, ray or modal",
    "modal_app": "a name in letters, digits, dots and dashes, of at most 64 letters",
    "modal_gpu": "auto, none, T4, L4, A10, L40S, A100-40GB, A100-80GB, H100 or H200",
    "modal_containers": "how many machines paint at most, a whole number from 1 to 100",
    "modal_warm": "how many machines are kept running, a whole number from 0 to 100",
    "device": "auto, cpu, cuda or one card of several, like cuda:1; for processes also several of "
    "them, with commas between",
    "ray_address": "the address and port of a Ray cluster's head, like 10.0.0.1:6379",
    "ray_data_dir": "a folder",
    "model_memory_gb": "how many gigabytes the loaded models may take, a number above 0",
    "offload": "none, parts, blocks or layers",
    "switches": "auto, auto without some (auto,-compile), none, or a list with commas between of "
    f"{', '.join(Switch)}",
    "shortcuts": "none, or a list of ways to paint quicker with commas between; fp8 is the only "
    "one",
    "previews": "off, fast or fine",
    "preview_every": "a whole number of steps from 1 to 150",
    "safety": "off, mark, blur or refuse",
    "safety_model": "the folder of a model that looks at pictures",
    "safety_labels": "a list of that model's labels with commas between",
    "safety_threshold": "a number above 0 and up to 1",
    "discord_token": "the token of a Discord bot, in one word",
    "discord_api": "an address at discord.com, or on this machine for a stand-in",
    "discord_gateway": "an address at discord.com, or on this machine for a stand-in",
    "log": "human or json",
    "queue_limit": "a whole number from 1",
    "keep_days": "how many days pictures are kept, a whole number from 1 to 36500",
    "keep_pictures": "how many pictures of each person are kept, a whole number from 1",
    "keep_gb": "how many gigabytes all pictures may take, a number above 0",
    "grace_s": "a number of seconds from 0 to 3600",
}
