import type { CollectorChoice } from '../collector.ts';
import type { CollectorConfig } from '../config/agent-config.ts';
import { ExecCollector } from './exec.ts';
import { FileCollector } from './file.ts';
import { HdfsCollector } from './hdfs.ts';
import { HttpCollector } from './http.ts';
import { chooseNetworkCollector } from './network.ts';
import { chooseProcessCollector } from './process.ts';

/** The collector that a configuration asks for, as far as this system can have it. */
export function chooseCollector({ name, source }: CollectorConfig): CollectorChoice {
  switch (source.kind) {
    case 'network':
      return chooseNetworkCollector(source);
    case 'process':
      return chooseProcessCollector(source);
    case 'http':
      return { collector: new HttpCollector(source), lack: null };
    case 'hdfs':
      return { collector: new HdfsCollector(source), lack: null };
    case 'exec':
      return { collector: new ExecCollector(name, source), lack: null };
    case 'file':
      return { collector: new FileCollector(source), lack: null };
  }
}
