// Knows: what direct mode remembers for as long as the daemon lives, and how settings bear on it. Refuses to know: compiles.
import { createRecall, createSettling, createSourceMemo, type EnginePorts, type Recall } from '@sccache-ts/core/engine';
import { createFileClock, createFolderViews, createPathTable, createSearchLists } from '@sccache-ts/core/host';
import type { Services } from './services.js';

export interface DirectParts {
  readonly recall: Recall;
  portsFor(services: Services): Pick<EnginePorts, 'storage' | 'distribution' | 'near' | 'direct' | 'recall' | 'basedirs'>;
}

export function createDirectParts(): DirectParts {
  const recall = createRecall(createPathTable(), Date.now);
  const near = { views: createFolderViews(Date.now), searchLists: createSearchLists(), sources: createSourceMemo(), clock: createFileClock(), settling: createSettling() };
  return {
    recall,
    portsFor({ storage, distribution, settings }) {
      const { enabled, ignoreTimeMacros } = settings.disk.direct;
      return { storage, distribution, near: { ...near, ignoreTimeMacros }, direct: enabled, recall, basedirs: settings.basedirs };
    },
  };
}
