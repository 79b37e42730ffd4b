// A pod template as `rollout history --revision` and describe print it. Models kubectl pkg/describe: DescribePodTemplate.
import type { JsonObject } from '../../../base/json';
import { columnsText } from '../print/columns';

export const podTemplateText = (template: JsonObject): string => columnsText([['Pod Template:', JSON.stringify(template)]]);
