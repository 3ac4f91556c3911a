export interface GivenOption {
  readonly name: string;
  /** `''` for a switch. */
  readonly value: string;
}

/** What stands behind the name of a command. */
export class CommandArguments {
  /** The options in the order in which they were given. */
  readonly given: readonly GivenOption[];
  /** As many as the command allows. */
  readonly operands: readonly string[];
  /** What stands behind `--`, for a command that takes it; `null` without `--`. */
  readonly commandLine: readonly string[] | null;

  constructor(given: readonly GivenOption[], operands: readonly string[], commandLine: readonly string[] | null) {
    this.given = given;
    this.operands = operands;
    this.commandLine = commandLine;
  }

  /** The value of an option, or whether a switch is on by `has`. */
  value(name: string): string | undefined {
    return this.given.find((option) => option.name === name)?.value;
  }

  values(name: string): readonly string[] {
    return this.given.filter((option) => option.name === name).map(({ value }) => value);
  }

  has(name: string): boolean {
    return this.given.some((option) => option.name === name);
  }
}
