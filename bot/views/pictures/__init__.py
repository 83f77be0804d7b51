"""Pictures that people look at: an incident's timeline, and how the last months went. Pure: frozen values in, PNG out.

Each comes with words that tell the same. What a picture holds of people's own words is the title alone, and nobody's
name: a picture that has left cannot be redacted.
"""

from bot.views.pictures.charts import months
from bot.views.pictures.paper import Picture
from bot.views.pictures.timeline import timeline

__all__ = ["Picture", "months", "timeline"]
