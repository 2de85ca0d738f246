"""What Microsoft Entra exports, read and put into Provisor's own words.

Enters: files that an administrator brought along. Leaves: values; nothing is called, no clock is
read, and nothing of the file is lost without a word.
"""
