# throughput.gp -- operations per second, for each trace and policy.

name = "throughput"
title = "Throughput"
subtitle = "million operations per second"
has_limit = 0
average = "operations / time"
range_low = -3
range_high = 3
words = "libc's time / policy's time, same run"
set cbtics ("1/8" -3, "1/4" -2, "1/2" -1, "1" 0, "2" 1, "4" 2, "8x" 3)
load plots . "/map.gp"
