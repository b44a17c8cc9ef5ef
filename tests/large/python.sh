# Python's own regression tests; every object is a call of malloc.
export PYTHONMALLOC=malloc PYTHONHASHSEED=1
/usr/bin/python3 -m unittest test.test_list test.test_dict test.test_json \
    2>&1 | sed 's/ in [0-9.]*s$//'
