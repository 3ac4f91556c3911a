import { formWords } from '../../wasm/form-lines.ts';
import { fieldRoomBytes } from '../../wasm/metric-fields.ts';
import { createMessages, type Messages, messageStops } from '../../wasm/messages.ts';
import { WordTable } from '../../wasm/word-table.ts';
import { textPageBytes, transcodedMembersMax, writeChunkBytes } from '../limits.ts';
import type { GroupImage } from './group-image.ts';
import type { ScrapeScript } from './scrape-script.ts';
import type { TextPage } from './text-page.ts';

/** Why `write` returned. */
type MessageStop = Exclude<(typeof messageStops)[keyof typeof messageStops], typeof messageStops.groupIsUnknown>;

/** Beside a page of text: whole messages, one for each family, made of lines that come and go in that page. */
// Hot path: guarded by bench/.
export class MessagePage {
  readonly #text: TextPage;
  readonly #image: GroupImage;
  readonly #script: ScrapeScript;
  readonly #messages: Messages;
  /** What the lines need of each form for the family at hand. */
  readonly #forms: WordTable;
  readonly #start: number;
  readonly #limit: number;

  constructor(text: TextPage, image: GroupImage, script: ScrapeScript) {
    this.#text = text;
    this.#image = image;
    this.#script = script;
    this.#messages = createMessages(text.memory, transcodedMembersMax);
    this.#forms = new WordTable(text.memory);
    const bytes = writeChunkBytes + 2 * textPageBytes + fieldRoomBytes;
    this.#start = text.memory.allocate(bytes + fieldRoomBytes);
    this.#limit = this.#start + bytes;
    this.#messages.moveEnd(this.#start);
  }

  /** To be called before the first message, and where more are told: goes on with this step. */
  startAt(step: number): void {
    this.#messages.rewind(step);
  }

  /** Writes the messages that the script tells of, until there is reason to stop. */
  write(): MessageStop {
    const { start, limit } = this.#text;
    for (;;) {
      this.#forms.reserve(this.#image.formCount * formWords);
      const { address, length } = this.#script;
      const groups = this.#image.table.address;
      const full = this.#start + writeChunkBytes;
      const stop = this.#messages.write(address, length, groups, this.#forms.address, start, limit, this.#start, full, this.#limit);
      if (stop !== messageStops.groupIsUnknown) return stop as MessageStop;
      this.#image.place(this.#script.slotAt(this.#messages.groupStep(), this.#messages.groupPosition()));
    }
  }

  /** Which of the messages of the script is the one at hand. */
  get message(): number {
    return this.#script.messageAt(this.#messages.place());
  }

  /** Leaves out the message at hand, which is for others to write. */
  skip(): void {
    this.#messages.rewind(this.#script.stepOfMessage(this.message + 1));
  }

  get isEmpty(): boolean {
    return this.#messages.end() === this.#start;
  }

  /** Where so many bytes are to be put; `null` if there is no room for them. */
  reserve(count: number): Uint8Array | null {
    const from = this.#messages.end();
    if (from + count > this.#start + writeChunkBytes) return null;
    this.#messages.moveEnd(from + count);
    return this.#text.memory.bytes.subarray(from, from + count);
  }

  /** Hands out what was gathered. It stays as it is until something is written again. */
  take(): Uint8Array {
    const taken = this.#text.memory.bytes.subarray(this.#start, this.#messages.end());
    this.#messages.moveEnd(this.#start);
    return taken;
  }
}
