import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { OUTCOMES } from '../../src/domain/outcome';
import { HISTORIES } from '../support/record-histories';

const files = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
interface Started {
  input: { payloads: { data: string }[] };
}

const workflowBundle = { codePath: process.env.TEST_WORKFLOW_BUNDLE! };

it('there is a recorded history of every outcome', () => {
  const recorded = new Set(files.map((file) => file.split('.')[1]));
  expect(OUTCOMES.filter((outcome) => !recorded.has(outcome))).toEqual([]);
});

it('a job that began before names were looked at goes on, whatever it is named', async () => {
  const recorded = readFileSync(join(HISTORIES, 'vaultExport.COMPLETED.NOT_ASKED.json'), 'utf8');
  const history: { events: { workflowExecutionStartedEventAttributes?: Started }[] } = JSON.parse(recorded);
  const [payload] = history.events[0]!.workflowExecutionStartedEventAttributes!.input.payloads;
  const request: { source: { name: string } } = JSON.parse(Buffer.from(payload!.data, 'base64').toString());
  request.source.name = 'gpj.\u202Eexe\u009B';
  payload!.data = Buffer.from(JSON.stringify(request)).toString('base64');
  await expect(Worker.runReplayHistory({ workflowBundle }, history)).resolves.toBeUndefined();
});

it.each(files)('%s replays', async (file) => {
  const history: unknown = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
  await expect(Worker.runReplayHistory({ workflowBundle }, history)).resolves.toBeUndefined();
});
