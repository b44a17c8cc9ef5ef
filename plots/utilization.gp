# utilization.gp -- how much of the heap was payload, for each trace and policy.

name = "utilization"
title = "Utilization"
subtitle = "peak payload / peak of the heap, in percent; FAULT, CRASH and the like: not valid"
has_limit = 1
average = "mean"
range_low = 0.5
range_high = 1
words = "share of the limit that was reached"
set cbtics ("50%% or less" 0.5, "75%%" 0.75, "100%%" 1)
load plots . "/map.gp"
