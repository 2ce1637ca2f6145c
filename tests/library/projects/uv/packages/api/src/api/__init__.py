from core import ANSWER as ANSWER
