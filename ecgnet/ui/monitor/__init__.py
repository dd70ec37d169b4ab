"""The page Monitor: what it asks for, alarms in words, and the course of the periods."""
