/** The three programs and their commands, as a table: it loads no command before it is called. */
import type { Commands } from './run.ts';

export interface ProgramDescription {
  description: string;
  commands: Commands;
}

export const programs = {
  caption: {
    description: 'Captions for pictures: describe photos, train on your own.',
    commands: {
      describe: async () => (await import('./caption-describe.ts')).addDescribeCommand,
      bulk: async () => (await import('./caption-bulk.ts')).addBulkCommand,
      alt: async () => (await import('./caption-alt.ts')).addAltCommand,
      search: async () => (await import('./caption-search.ts')).addSearchCommand,
      train: async () => (await import('./caption-train.ts')).addCaptionTrainCommand,
      evaluate: async () => (await import('./caption-evaluate.ts')).addEvaluateCommand,
      calibrate: async () => (await import('./caption-calibrate.ts')).addCalibrateCommand,
      baselines: async () => (await import('./caption-baselines.ts')).addBaselinesCommand,
      extract: async () => (await import('./caption-extract.ts')).addExtractCommand,
      serve: async () => (await import('./caption-serve.ts')).addServeCommand,
      export: async () => (await import('./export.ts')).addCaptionExportCommand,
      info: async () => (await import('./info.ts')).addCaptionInfoCommand,
      doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: true }),
      setup: async () => (await import('./setup.ts')).addSetupCommand,
    },
  },
  lm: {
    description: 'Recurrent language models: train on a text, write more of it.',
    commands: {
      train: async () => (await import('./lm-train.ts')).addLanguageTrainCommand,
      sample: async () => (await import('./lm-sample.ts')).addSampleCommand,
      score: async () => (await import('./lm-score.ts')).addScoreCommand,
      cells: async () => (await import('./lm-cells.ts')).addCellsCommand,
      export: async () => (await import('./export.ts')).addLanguageExportCommand,
      import: async () => (await import('./lm-import.ts')).addImportCommand,
      info: async () => (await import('./info.ts')).addLanguageInfoCommand,
      doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: false }),
      setup: async () => (await import('./setup.ts')).addSetupCommand,
    },
  },
  seq: {
    description: 'Recurrent models of sequences: classify them, tag their steps, translate them.',
    commands: {
      train: async () => (await import('./seq-train.ts')).addSequenceTrainCommand,
      predict: async () => (await import('./seq-predict.ts')).addSequencePredictCommand,
      evaluate: async () => (await import('./seq-evaluate.ts')).addSequenceEvaluateCommand,
      export: async () => (await import('./export.ts')).addSequenceExportCommand,
      info: async () => (await import('./info.ts')).addSequenceInfoCommand,
      doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: true }),
      setup: async () => (await import('./setup.ts')).addSetupCommand,
    },
  },
} satisfies Record<string, ProgramDescription>;
