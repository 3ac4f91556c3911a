/** Label names that begin like this belong to Prometheus itself (SPEC §4.3). */
const reservedLabelPrefix = '__';

/** Whether a metric name matches `[a-zA-Z_:][a-zA-Z0-9_:]*`, the pattern of all names before UTF-8 names came. */
export function isLegacyMetricName(name: string): boolean {
  return matchesLegacyPattern(name, true);
}

/** Whether a label name matches `[a-zA-Z_][a-zA-Z0-9_]*`. A reserved name may match too. */
export function isLegacyLabelName(name: string): boolean {
  return matchesLegacyPattern(name, false);
}

/** Whether a label name is kept for Prometheus' own use: no push may bring one. */
export function isReservedLabelName(name: string): boolean {
  return name.startsWith(reservedLabelPrefix);
}

/** Whether a character may stand in a legacy name; the first one may not be a digit, and only metric names have colons. */
export function isLegacyCharCode(code: number, isFirst: boolean, allowColon: boolean): boolean {
  return (
    (code >= 97 /* a */ && code <= 122) /* z */ ||
    (code >= 65 /* A */ && code <= 90) /* Z */ ||
    code === 95 /* _ */ ||
    (code >= 48 /* 0 */ && code <= 57 /* 9 */ && !isFirst) ||
    (code === 58 /* : */ && allowColon)
  );
}

function matchesLegacyPattern(name: string, allowColon: boolean): boolean {
  for (let i = 0; i < name.length; i++) {
    if (!isLegacyCharCode(name.charCodeAt(i), i === 0, allowColon)) return false;
  }
  return name.length > 0;
}
