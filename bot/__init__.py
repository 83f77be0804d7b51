"""tocsin, the incident bot: commands ask workflows, workflows write to db, delivery tells the world."""
