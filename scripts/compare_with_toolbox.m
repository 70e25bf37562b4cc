% Train the network of DeepLearnToolbox's example on mini-batches that are handed to it.
%
% Started by compare_with_toolbox as
%
%     octave-cli compare_with_toolbox.m TOOLBOX FOLDER
%
% FOLDER holds arrays of doubles as NumPy writes them: last index fastest. Octave counts the first
% index fastest and therefore sees their axes in reverse order: images as (column, row, image),
% kernels as (column, row, channel, filter). The toolbox is used to transposed images.

1;  % a script that defines functions, not a function file

function array = read_array(folder, name, varargin)
  file = fopen(fullfile(folder, name), 'r');
  array = reshape(fread(file, Inf, 'double'), varargin{:});
  fclose(file);
end

function write_array(folder, name, array)
  file = fopen(fullfile(folder, name), 'w');
  fwrite(file, array, 'double');
  fclose(file);
end

% The toolbox convolves, cnntrain correlates: the same kernel, turned by 180 degrees.
function layer = put_kernels(layer, kernels, biases)
  for filter = 1 : size(kernels, 4)
    for channel = 1 : size(kernels, 3)
      layer.k{channel}{filter} = rot90(kernels(:, :, channel, filter), 2);
    end
    layer.b{filter} = biases(filter);
  end
end

function [kernels, biases] = take_kernels(layer)
  for filter = 1 : numel(layer.b)
    for channel = 1 : numel(layer.k)
      kernels(:, :, channel, filter) = rot90(layer.k{channel}{filter}, 2);
    end
    biases(filter) = layer.b{filter};
  end
end

arguments = argv();
[toolbox, folder] = arguments{end - 1 : end};
addpath(fullfile(toolbox, 'CNN'), fullfile(toolbox, 'util'));

images = read_array(folder, 'images', 28, 28, []);
targets = read_array(folder, 'targets', 10, []);
options = struct('alpha', 1);
batchsize = 50;

net.layers = {
  struct('type', 'i')
  struct('type', 'c', 'outputmaps', 6, 'kernelsize', 5)
  struct('type', 's', 'scale', 2)
  struct('type', 'c', 'outputmaps', 12, 'kernelsize', 5)
  struct('type', 's', 'scale', 2)
};
net = cnnsetup(net, images, targets);
net.layers{2} = put_kernels(net.layers{2}, read_array(folder, 'conv1.weights', 5, 5, 1, 6), ...
                            read_array(folder, 'conv1.bias', 6, 1));
net.layers{4} = put_kernels(net.layers{4}, read_array(folder, 'conv2.weights', 5, 5, 6, 12), ...
                            read_array(folder, 'conv2.bias', 12, 1));
net.ffW = read_array(folder, 'dense1.weights', 192, 10)';
net.ffb = read_array(folder, 'dense1.bias', 10, 1);

for batch = 1 : size(images, 3) / batchsize
  these = (batch - 1) * batchsize + 1 : batch * batchsize;
  net = cnnff(net, images(:, :, these));
  net = cnnbp(net, targets(:, these));
  net = cnnapplygrads(net, options);
  losses(batch) = net.L;
end

write_array(folder, 'losses', losses);
[kernels, biases] = take_kernels(net.layers{2});
write_array(folder, 'conv1.weights', kernels);
write_array(folder, 'conv1.bias', biases);
[kernels, biases] = take_kernels(net.layers{4});
write_array(folder, 'conv2.weights', kernels);
write_array(folder, 'conv2.bias', biases);
write_array(folder, 'dense1.weights', net.ffW');
write_array(folder, 'dense1.bias', net.ffb);
