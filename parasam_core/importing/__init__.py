"""A folder of many sources → a library, in processes of their own; and the verb `import`.

command.py  the verb, for one scan or many
many.py     import_all: what is done with every source
names.py    what their scans are called
crew.py     tasks in processes; one that dies fails its own task
summary.py  the table
"""
