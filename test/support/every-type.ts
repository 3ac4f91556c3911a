/** A push with metrics of every type of the text format, values and label values that are easy to spoil, and a HELP that wants escapes. */
export const everyType = `# HELP a Counter with\\nnewline and \\\\.
# TYPE a counter
a{x="\\"q\\"\\n"} 1e6
# HELP s
# TYPE s summary
s{quantile="0.5"} 1
s{quantile="0.9"} NaN
s_sum 2
s_count 3
# TYPE h histogram
h_bucket{le="0.1"} 1
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_sum 2.5
h_count 2
u NaN
u{k="v"} -0
# TYPE g gauge
g -Inf
g{sprache="grüße, 世界 🎉"} 5e-324
`;
